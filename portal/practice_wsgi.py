import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "portal.practice_settings"
application = get_wsgi_application()

# As in `portal.wsgi`: all of it stays.
gc.collect()
gc.freeze()
