import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402 - Django has to be set up first

from portal import checks  # noqa: E402

checks.require()

# Every page with what it imports, before anybody asks for one; and all of it stays. Left to Python, a quarter of a
# million things would be searched for waste again and again: in one request of a few dozen, which takes 100 ms longer.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
