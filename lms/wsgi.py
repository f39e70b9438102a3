"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
application = get_wsgi_application()

from lms.core.startup import refuse_wrong_services  # noqa: E402 - after the apps are there
from search.analysis import terms  # noqa: E402

refuse_wrong_services()
terms("田间学堂 lessons")  # the dictionaries are there before the first learner searches
