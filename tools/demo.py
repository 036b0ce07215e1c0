"""Serve the explorers as one page without code: ``python -m tools.demo``; further arguments are voila's own."""

import sys

from voila.app import main

from tools import ROOT

# Voila's page asks a host outside for icons. With this the page asks nobody but the server that it came from.
OWN = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: ws: wss:"

if __name__ == "__main__":
    headers = f"--Voila.tornado_settings={{'headers': {{'Content-Security-Policy': \"{OWN}\"}}}}"
    main([*sys.argv[1:], headers, str(ROOT / "tools" / "demo.ipynb")])
