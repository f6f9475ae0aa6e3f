"""The WSGI application."""

import ctypes
import os
import signal
import sys

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

if sys.platform == "linux":
    # A worker whose parent was killed would go on holding the port: let it stop too.
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.settings")
application = get_wsgi_application()
if os.environ.get("MINGBAI_PROXY"):
    # Only who speaks from this machine, or from the named address, may say for whom it speaks.
    application = wrap_wsgi_with_proxy_headers(
        application, trusted_hosts=os.environ["MINGBAI_PROXY"]
    )

from mingbai.kernel import account  # noqa: E402
from mingbai.kernel.folder import folder  # noqa: E402

account.open_account(folder())
