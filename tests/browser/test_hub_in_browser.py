"""A class on a JupyterHub: a student follows a link, works, and gets the course's corrections without losing anything.

A real hub with nbgitpuller and local processes; the course is a local git repository.
"""

import contextlib
import importlib.util
import json
import shutil
import socket
import subprocess
import sys
from urllib.parse import urlencode

import pytest

from tools import browser

MISSING = [
    *(name for name in ("jupyterhub", "nbgitpuller", "playwright") if not importlib.util.find_spec(name)),
    *(name for name in ("npm", "git") if not shutil.which(name)),
    *(["chromium"] if not browser.chromium() else []),
]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"a JupyterHub cannot be tried without {', '.join(MISSING)}")

NOTEBOOK = "01_lego_dictionary.ipynb"
ANSWER = "def reconstruct(D, A):\n    return np.dot(D, A)  # my own"
# JupyterLab draws only the cells that are near; this is what the student scrolls through.
SHOWN = "() => JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.toJSON())"
CORRECTION = "A sentence that the course has corrected."

CONFIG = """
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.ConfigurableHTTPProxy.command = ["{proxy}"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/homes/{{username}}"
c.Spawner.cmd = ["{python}", "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root", "--LabApp.expose_app_in_browser=True"]
c.Spawner.environment = {{"PYTHONPATH": "{lesson}"}}
c.Spawner.start_timeout = c.Spawner.http_timeout = {patience}
"""


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """The command that a hub sends its requests through; it comes from npm."""
    folder = tmp_path_factory.mktemp("proxy")
    install = [shutil.which("npm"), "install", "--silent", "--no-fund", "--no-audit", "--prefix", folder]
    run = subprocess.run([*install, "configurable-http-proxy@5"], capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr
    return folder / "node_modules" / ".bin" / "configurable-http-proxy"


@pytest.fixture
def hub(tmp_path, proxy):
    """The address of a running hub, whose students live in `tmp_path / "homes"`."""
    port, hub_port, api_port = free_ports(3)
    names = {"folder": tmp_path, "proxy": proxy, "lesson": browser.ROOT, "patience": browser.PATIENCE}
    names |= {"python": sys.executable, "port": port, "hub_port": hub_port, "api_port": api_port}
    config = tmp_path / "jupyterhub_config.py"
    config.write_text(CONFIG.format(**names), encoding="utf-8")
    command = [sys.executable, "-m", "jupyterhub", "--config", config]
    with open(tmp_path / "hub.log", "w", encoding="utf-8") as log:
        server = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log)
        try:
            yield browser._address(tmp_path / "hub.log", server)
        finally:
            server.terminate()  # and with it, its proxy and the students' servers
            server.wait(browser.PATIENCE)


def git(folder, *command):
    who = ["-c", "user.name=The course", "-c", "user.email=course@example.org"]
    subprocess.run(["git", *who, *command], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def course(tmp_path):
    """A repository with the student notebooks, as a course would have it."""
    folder = tmp_path / "course"
    shutil.copytree(browser.ROOT / "notebooks", folder / "notebooks")
    git(folder, "init", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--message=The notebooks")
    return folder


def edit(path, change):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change({cell["id"]: cell for cell in notebook["cells"]})
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def sources(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells}


@contextlib.contextmanager
def opened(page, link):
    """Follow the course's link until the notebook stands in JupyterLab."""
    page.goto(link)
    page.locator("#username_input, .jp-Notebook .jp-CodeCell").first.wait_for()
    if page.locator("#username_input").count():
        page.locator("#username_input").fill("anna")
        page.locator("#password_input").fill("secret")
        page.locator("#login_submit").click()
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.wait_for_function("() => window.jupyterapp?.commands.isEnabled('notebook:run-all-cells')")
    yield
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")


def cell_of(page, text):
    return page.locator(".jp-Notebook .jp-Cell", has_text=text).first


def test_a_student_gets_a_correction_and_keeps_the_own_work(hub, course, tmp_path):
    target = {"repo": course.as_uri(), "branch": "main", "targetPath": "lesson"}
    link = f"{hub}/hub/user-redirect/git-pull?" + urlencode(
        {**target, "urlpath": f"lab/tree/lesson/notebooks/{NOTEBOOK}"}
    )
    mine = tmp_path / "homes" / "anna" / "lesson" / "notebooks" / NOTEBOOK
    with browser.browser() as page:
        with opened(page, link):
            editor = cell_of(page, "def reconstruct(D, A):").locator(".cm-content")
            editor.click()
            page.keyboard.press("Control+a")
            page.keyboard.insert_text(ANSWER)
            page.evaluate(browser.RUN_ALL)
            verdict = page.locator(".jp-OutputArea-output", has_text="1.1 reconstruct: correct").first
            verdict.wait_for()
        assert sources(mine)["reconstruct"] == ANSWER

        def correct(cells):
            cells["lego-play-idea"]["source"] = [CORRECTION]
            cells["rank"]["source"].insert(0, "# corrected\n")
            cells["reconstruct"]["source"][1] = '    """Another docstring."""\n'

        edit(course / "notebooks" / NOTEBOOK, correct)
        git(course, "commit", "--all", "--message=A correction")
        with opened(page, link):
            page.wait_for_function(f"text => ({SHOWN})().includes(text)", arg=CORRECTION)
            assert "my own" in page.evaluate(SHOWN)
    assert sources(mine)["lego-play-idea"] == CORRECTION
    assert sources(mine)["rank"].startswith("# corrected\n")
    assert sources(mine)["reconstruct"] == ANSWER  # where both have changed something, the student's stays
