"""Serbian in its two scripts. Plain Python, nothing of the portal: see README.md in this folder."""
