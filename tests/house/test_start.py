import socket
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def start(*words: str, folder: Path = CHECKOUT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(folder / "start.py"), *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_port_in_use_is_found_before_anything_is_installed(tmp_path):
    (tmp_path / "start.py").write_bytes((CHECKOUT / "start.py").read_bytes())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = start("demo", "--port", str(taken.getsockname()[1]), folder=tmp_path)

    assert result.returncode == 1
    assert result.stderr.startswith("start.py: can't listen on port")
    assert not (tmp_path / ".venv").exists()


def test_a_checkout_without_its_lock_says_so_without_a_traceback(tmp_path):
    (tmp_path / "start.py").write_bytes((CHECKOUT / "start.py").read_bytes())
    result = start("check", folder=tmp_path)

    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "requirements" in result.stderr


def test_start_needs_nothing_but_the_standard_library():
    import ast

    names = set()
    for node in ast.walk(ast.parse((CHECKOUT / "start.py").read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    assert names <= sys.stdlib_module_names
