"""What a measurement was made on: facts that a reader of numbers needs."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import threadpoolctl

from refdec.parallel.processes import available_cores

__all__ = ["blas_threads", "machine_facts"]

PACKAGES = ("refdec", "numpy", "numba", "llvmlite")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def blas_threads() -> list[int]:
    """Return the number of threads that each BLAS of this process may use now."""
    return [info["num_threads"] for info in threadpoolctl.threadpool_info() if info.get("user_api") == "blas"]


def machine_facts() -> dict[str, Any]:
    """Return processor, cores, memory, system, versions and BLAS, and how busy the machine is at this moment."""
    return {
        "processor": _processor(),
        "cores": available_cores(),
        "memory_bytes": _memory_bytes(),
        "system": f"{platform.system()} {platform.release()}",
        "python": sys.version.split()[0],
        "packages": {package: _version(package) for package in PACKAGES},
        "blas": [
            {key: info.get(key) for key in ("internal_api", "version", "architecture")}
            for info in threadpoolctl.threadpool_info()
            if info.get("user_api") == "blas"
        ],
        "load_average": [round(value, 2) for value in os.getloadavg()] if hasattr(os, "getloadavg") else None,
    }
