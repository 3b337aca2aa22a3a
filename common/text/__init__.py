"""Serbian text: two scripts, search folding, alphabetical order. Free of Django, so that connectors may use it."""
