"""Static files with hashed names, compressed in advance, so that browsers may cache them forever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    # Our scripts import each other; without this the imports would name the unhashed files, which browsers keep
    # only a minute, and a page could mix the scripts of two releases.
    support_js_module_import_aggregation = True
    # Only ours: a comment in one of django-htmx's files looks like an import of a file that does not exist.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )
