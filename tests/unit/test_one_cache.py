"""Whatever decodes finds its compiled kernels in the one folder that `refdec warm` fills."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from refdec.startup import cache_folder

ROOT = Path(__file__).resolve().parents[2]
DEMO = str(ROOT / "refdec" / "data" / "demo.jai")
PROBE = """
import os, sys
if sys.argv[1] == "python":
    import refdec
    getattr(refdec, sys.argv[2])(sys.argv[3])
else:
    sys.argv = ["refdec", *sys.argv[1:]]
    from refdec.cli.__main__ import main
    try:
        main()
    except SystemExit as end:
        assert not end.code, end.code
from refdec.jit import Kernel
from refdec.kernel_files import KernelFiles
modules = [module for name, module in sys.modules.items() if name.startswith("refdec.")]
kernels = {value for module in modules for value in vars(module).values() if isinstance(value, Kernel)}
kernels = {kernel for kernel in kernels if kernel._runs is not None}
print(*(os.path.dirname(KernelFiles(kernel.py_func).cache_path) for kernel in kernels), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "command",
    [
        f"decode {DEMO} out.ppm",
        f"decode {DEMO} out.ppm --region 0,0,16,16",
        "encode picture.npy out.jai --no-check",
        f"latents {DEMO} out.npz --stage symbols",
        f"verify {DEMO}",
        f"view {DEMO} --html out.html",
        f"task statistics {DEMO}",
        f"python decode {DEMO}",
        f"python read_latents {DEMO}",
        f"python open_progressive {DEMO}",
    ],
    ids=lambda command: " ".join(word for word in command.split() if "." not in word),
)
def test_kernels_come_from_the_one_folder(command: str, tmp_path: Path) -> None:
    np.save(tmp_path / "picture.npy", np.full((64, 64, 3), 90, np.uint8))
    folder = cache_folder()
    if folder is None:
        pytest.skip("this machine has no cache folder that can be written")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA")}
    run = subprocess.run(
        [sys.executable, "-c", PROBE, *command.split()], env=environment, capture_output=True, text=True, cwd=tmp_path
    )
    assert run.returncode == 0, run.stderr
    used = run.stderr.splitlines()[-1].split()
    assert used
    assert {Path(path) for path in used} == {folder}
