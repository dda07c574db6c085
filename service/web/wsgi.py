"""The application as a WSGI server finds it: service.web.wsgi:app."""

import os
from pathlib import Path

from service.settings import Settings
from service.web import create_app
from service.wiring import build

app = create_app(build(Settings.read(os.environ, root=Path(__file__).parent.parent.parent)))
