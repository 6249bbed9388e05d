import os

from django.core.wsgi import get_wsgi_application
from servestatic.wsgi import ServeStatic

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chore_project.settings")

django_application = get_wsgi_application()

from children.api.malformed import ReadableWSGIRequest  # noqa: E402 - needs the settings above
from chore_project.static_files import add_static_files  # noqa: E402 - likewise

django_application.request_class = ReadableWSGIRequest

application = add_static_files(ServeStatic(django_application, allow_all_origins=False))
