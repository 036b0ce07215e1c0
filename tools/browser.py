"""A real Jupyter in a real browser, for the tests and the measurements of the explorers."""

import contextlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time

import nbformat

from tools import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# No sandbox, since continuous integration is often root in a container; and a quiet start without calls home.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
PATIENCE = 120  # seconds, on a busy machine


def chromium():
    """The path of an installed Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def write_notebook(path, cells):
    """A notebook of code cells."""
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


@contextlib.contextmanager
def jupyter(folder, settings, theme="Light"):
    """Serve the notebooks of a folder with JupyterLab and Notebook; gives the function from page to address.

    What Jupyter itself writes goes into the folder `settings`; theme is "Light" or "Dark".
    """
    looks = settings / "user" / "@jupyterlab" / "apputils-extension"
    looks.mkdir(parents=True)
    (looks / "themes.jupyterlab-settings").write_text(f'{{"theme": "JupyterLab {theme}"}}', encoding="utf-8")
    # Otherwise a question whether to send news lies over the page.
    (looks / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}', encoding="utf-8")
    tracker = settings / "user" / "@jupyterlab" / "notebook-extension"
    tracker.mkdir(parents=True)
    # Otherwise cells far from the view are not in the page at all.
    (tracker / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}', encoding="utf-8")
    token = secrets.token_hex(16)
    options = ["--allow-root", "--ip=127.0.0.1", "--port=0", f"--IdentityProvider.token={token}"]
    options += ["--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"]
    with _server(["notebook", f"--ServerApp.root_dir={folder}", *options], settings) as base:
        # Without the reset, JupyterLab would open the notebooks of the last time as well.
        yield lambda page: f"{base}/{page}?token={token}&reset"


@contextlib.contextmanager
def demo(settings):
    """Serve the explorers as `make demo` does; gives the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with _server(["tools.demo", f"--port={port}"], settings) as base:
        yield base


@contextlib.contextmanager
def _server(arguments, settings):
    env = dict(os.environ, PYTHONPATH=str(ROOT), MPLBACKEND="module://matplotlib_inline.backend_inline")
    for name in ("CONFIG_DIR", "RUNTIME_DIR", "DATA_DIR"):
        env[f"JUPYTER_{name}"] = str(settings / name)
    env["JUPYTERLAB_SETTINGS_DIR"], env["JUPYTERLAB_WORKSPACES_DIR"] = str(settings / "user"), str(settings / "spaces")
    log = settings / "server.log"
    with open(log, "w", encoding="utf-8") as file:
        command = [sys.executable, "-m", arguments[0], "--no-browser", *arguments[1:]]
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=file, stderr=file)
        try:
            yield _address(log, server)
        finally:
            server.terminate()
            server.wait(PATIENCE)


def _address(log, server):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        # The log names the address, a little before it answers.
        found = re.search(r"http://(?P<host>127\.0\.0\.1|localhost):(?P<port>\d+)", log.read_text(encoding="utf-8"))
        if found:
            with contextlib.suppress(OSError), socket.create_connection((found["host"], int(found["port"])), PATIENCE):
                return found.group()
        time.sleep(0.2)
    raise RuntimeError(f"Jupyter did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")


@contextlib.contextmanager
def browser(height=1000, width=1280):
    """A headless Chromium; gives a page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield open_page(chrome, viewport={"width": width, "height": height})
        chrome.close()


def open_page(chrome, **looks):
    """A new page that waits as long as a busy machine needs."""
    page = chrome.new_page(**looks)
    page.set_default_timeout(PATIENCE * 1000)
    return page


RUN_ALL = """async () => {
    const notebook = window.jupyterapp.shell.currentWidget;
    await notebook.context.ready;
    await notebook.sessionContext.ready;
    await window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""


@contextlib.contextmanager
def run_all(page, address):
    """Open a notebook and run all its cells; its kernel ends with the context."""
    page.goto(address)
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.wait_for_function("() => window.jupyterapp?.commands.isEnabled('notebook:run-all-cells')")
    page.evaluate(RUN_ALL)
    yield
    # The page may have gone elsewhere in between; then the kernel ends with its server.
    page.evaluate("() => window.jupyterapp?.shell.currentWidget?.sessionContext?.shutdown()")
