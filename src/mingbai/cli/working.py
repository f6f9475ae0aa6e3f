"""The worker's own process: python -m mingbai.cli.working."""

import ctypes
import os
import signal
import sys
from importlib import import_module

import django

if __name__ == "__main__":
    if sys.platform == "linux":
        # A worker whose parent was killed would go on alone: let it stop too.
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.settings")
    django.setup()
    import_module("mingbai.kernel.account").open_account(
        import_module("mingbai.kernel.folder").folder()
    )
    import_module("mingbai.cli.serving").run_worker()
