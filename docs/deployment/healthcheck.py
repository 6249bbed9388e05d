#!/usr/bin/env python3
"""Exit with 0 where the server of this container is alive. It is asked by a name that it goes by: others it refuses."""

import os
import sys
from http.client import HTTPConnection

name = os.environ.get("CHORE_ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".").replace("*", "localhost")
connection = HTTPConnection("127.0.0.1", int(os.environ.get("CHORE_PORT", "8000")), timeout=4)
connection.request("GET", "/healthz", headers={"Host": name})
sys.exit(connection.getresponse().status != 200)
