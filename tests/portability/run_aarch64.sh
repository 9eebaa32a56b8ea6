#!/bin/sh
# Decodes conformance streams as an aarch64 program under qemu-user and compares all stages with the recorded
# fingerprints (docs/portability.md).  Needs a Debian machine, root only to install two packages; nothing of the host's
# package set changes beyond these: the foreign packages are unpacked, not installed.
#
#   tests/portability/run_aarch64.sh [CASE...]        JIT=1 compiles the kernels (LLVM under emulation), else they are plain Python
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
work=${WORK:-$here/build/aarch64}
python=${PYTHON:-python3}
cases=${*:-bop_off_64x64 sop_off_odd149x111}
command -v qemu-aarch64-static >/dev/null || { echo "apt-get install qemu-user-static first"; exit 2; }
mkdir -p "$work/lists/partial" "$work/debs" "$work/wheels" "$work/site"

# 1. Python of Debian for arm64, and the libraries that it and the wheels need
if [ ! -x "$work/root/usr/bin/python3.11" ]; then
    foreign="-o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o Dir::State::lists=$work/lists \
             -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache="
    apt-get $foreign update
    (cd "$work/debs" && apt-get $foreign download python3.11-minimal libpython3.11-minimal libpython3.11-stdlib libc6 \
        libexpat1 zlib1g libssl3 libffi8 libbz2-1.0 liblzma5 libgcc-s1 libstdc++6)
    for package in "$work"/debs/*.deb; do dpkg-deb -x "$package" "$work/root"; done
fi

# 2. the same NumPy and Numba as here, as aarch64 wheels, unpacked
if [ ! -d "$work/site/numpy" ]; then
    numpy=$("$python" -c 'import numpy; print(numpy.__version__)')
    numba=$("$python" -c 'import numba; print(numba.__version__)')
    "$python" -m pip download -q -d "$work/wheels" --only-binary=:all: --python-version 3.11 \
        --platform manylinux_2_28_aarch64 --platform manylinux_2_27_aarch64 --platform manylinux2014_aarch64 \
        "numpy==$numpy" "numba==$numba" threadpoolctl
    for wheel in "$work"/wheels/*.whl; do "$python" -m zipfile -e "$wheel" "$work/site"; done
fi

# 3. decode and compare
export PYTHONPATH="$here:$here/spec_tables:$work/site" PYTHONDONTWRITEBYTECODE=1 NUMBA_CACHE_DIR="$work/cache"
[ "${JIT:-0}" = 1 ] && unset NUMBA_DISABLE_JIT || export NUMBA_DISABLE_JIT=1
exec qemu-aarch64-static ${CPU:+-cpu $CPU} -L "$work/root" "$work/root/usr/bin/python3.11" \
    "$here/tests/portability/fingerprints.py" $cases
