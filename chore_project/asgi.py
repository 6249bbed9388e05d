import os

from django.core.asgi import get_asgi_application
from servestatic.asgi import ServeStaticASGI

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chore_project.settings")

django_application = get_asgi_application()

from children.api.malformed import ReadableASGIRequest  # noqa: E402 - needs the settings above
from chore_project.static_files import add_static_files  # noqa: E402 - likewise
from tracking.stream.ending import end_streams  # noqa: E402 - likewise

django_application.request_class = ReadableASGIRequest

application = end_streams(add_static_files(ServeStaticASGI(django_application, allow_all_origins=False)))
