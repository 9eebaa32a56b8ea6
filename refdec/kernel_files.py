"""A kernel in the store: what Numba asks for when it wants one, and the code alone, which needs no Numba.

In: the function of a kernel.  Out: what is kept of it, and after compiling, a place for that.  Numba's own cache is not
used: it believes what it finds, and raises what it meets.
"""

from __future__ import annotations

import inspect
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from refdec.kernel_choices import folder_for, made_for, partner, tell_compiling, trouble_teller
from refdec.kernel_interrupts import interrupts_later
from refdec.kernel_parts import parts_of
from refdec.kernel_store import KernelStore
from refdec.machine_code import MachineCode, Taken, runnable, taken_array, taken_number

__all__ = ["LENGTH_BYTES", "KernelFiles"]

LENGTH_BYTES = 4
FORM = 3
"""What a file of a kernel holds, and how its key is made."""


class KernelFiles:
    """What Numba asks when it wants a kernel: the code from the store, and after compiling, the store's place for it.

    Nothing that a store holds or does can reach Numba as an exception.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        file = Path(inspect.getfile(function))
        folder = folder_for(file)
        self._parts = parts_of(function)
        found_again = function.__module__ in sys.modules  # a later process imports the module of what it loads
        found_again = found_again and self._parts is not None
        self._store = KernelStore(folder, trouble_teller()) if folder is not None and found_again else None
        self._room, self._name = function.__module__, function.__qualname__.replace("<", "").replace(">", "")
        self._partner = partner() if self._store is not None else None
        self.cache_path = None if folder is None else str(folder.joinpath(self._room))

    def _key(self, signature: object) -> bytes:
        return repr((FORM, self._parts, str(signature))).encode() + made_for()

    def _called(self, signature: object) -> str:
        """Return how partners call the kernel for a signature."""
        return f"{self._room}.{self._name} {signature}"

    def compile(self, dispatcher: Any, signature: str) -> None:
        """Have Numba compile for a signature, or load what is kept; a partner hears when that is done."""
        try:
            with interrupts_later():
                dispatcher.compile(signature)
        finally:
            if self._partner is not None:
                self._partner.ends(self._called(signature))

    def _kept(self, signature: object) -> tuple[bytes, bytes] | None:
        """Return the code alone and the compile result, as they were saved; None if the store has neither."""
        if self._store is None:
            return None
        kept = self._store.load(self._room, self._name, self._key(signature))
        if kept is None and self._partner is not None and self._partner.made(self._called(signature)):
            kept = self._store.load(self._room, self._name, self._key(signature))
        if kept is None:
            return None
        end = LENGTH_BYTES + int.from_bytes(kept[:LENGTH_BYTES], "big")
        return kept[LENGTH_BYTES:end], kept[end:]

    def _drop(self, signature: object) -> None:
        """Delete a whole file that does not hold what was saved: it is of no use."""
        assert self._store is not None, "it came from a store"
        self._store.drop(self._room, self._name, self._key(signature))

    @property
    def sources(self) -> dict[str, str]:
        """Return by the names of all functions that a kernel is made of what they were made from (see `runnable`)."""
        joined: dict[str, str] = {}
        for place, sum_of in self._parts or ():
            name = place.rpartition(":")[0]
            joined[name] = joined.get(name, "") + sum_of
        return joined

    def machine_code(self, signature: object) -> MachineCode | None:
        """Return the code alone, None where the store has none that can run so."""
        kept = self._kept(signature)
        if kept is None or not kept[0]:
            return None
        try:
            return MachineCode.of_bytes(kept[0])
        except (ValueError, KeyError, TypeError):
            self._drop(signature)
            return None

    def alone(self, signature: object) -> tuple[tuple[Taken, ...], Callable[..., Any]] | None:
        """Return what can be called without Numba, with what it takes; None where the store has none such."""
        code = self.machine_code(signature)
        try:
            run = None if code is None else runnable(code, self._function, self.sources)
            return None if code is None or run is None else (code.wanted(), run)
        except Exception:  # whole, but no code that LLVM can link: whatever it raises, a cache stops nothing
            self._drop(signature)
            return None

    def load_overload(self, signature: object, target: Any) -> Any:
        """Return a compile result from the store, or None, which makes Numba compile.

        What compiling needs, the declarations of all that Numba knows, is left to Numba: code that is there only calls
        its runtime.  That is a tenth of a second.
        """
        from numba.core import runtime
        from numba.core.compiler import CompileResult

        cast(Any, runtime).rtsys.initialize(target)
        kept = self._kept(signature)
        if kept is not None:
            try:
                return cast(Any, CompileResult)._rebuild(target, *pickle.loads(kept[1]))
            except Exception:  # whole, but not what this Numba wrote: whatever it raises, it is of no use
                self._drop(signature)
        tell_compiling(f"{self._room}.{self._name}")
        if self._partner is not None:
            self._partner.begins(self._called(signature))
        return None

    def save_overload(self, signature: object, result: Any) -> None:
        """Hand a compile result to the store, and its code alone, where that can run so."""
        from numba.core.serialize import dumps

        if self._store is None or result.lifted or result.library.has_dynamic_globals:
            return
        alone = _code_alone(result)
        code = b"" if alone is None else alone.as_bytes()
        kept = len(code).to_bytes(LENGTH_BYTES, "big") + code + cast(Any, dumps)(result._reduce())
        self._store.save(self._room, self._name, self._key(signature), kept)

    def flush(self) -> None:
        """Keep what there is: a name changes with what it is made from, and is never stale."""


def _code_alone(result: Any) -> MachineCode | None:
    """Return the code of a compile result; None if it takes or gives what `machine_code` does not know."""
    takes = tuple(_taken(kind) for kind in result.signature.args)
    if any(described is None for described in takes):
        return None
    if any(found.consts for found in (result.environment, *result._find_referenced_environments())):
        return None  # Python objects that Numba hands to the code, such as the type of an array that it returns
    module = result.library._final_module
    declared = (one.name for one in (*module.functions, *module.global_variables) if one.is_declaration)
    needs = tuple(sorted(name for name in declared if not name.startswith("llvm.")))
    facts = result.fndesc
    known = tuple(described for described in takes if described is not None)
    code = result.library._get_compiled_object()
    return MachineCode(facts.llvm_cpython_wrapper_name, facts.env_name, needs, known, code)


def _taken(kind: Any) -> tuple[Any, ...] | None:
    """Describe an argument of one of Numba's types, None for those that no kernel has."""
    from numba.core import types as numba_types

    known: Any = numba_types
    if isinstance(kind, known.Boolean):
        return taken_number("bool")
    if isinstance(kind, known.Integer):
        return taken_number("int") if kind.bitwidth == 64 and kind.signed else None
    if isinstance(kind, known.Array) and kind.layout in "CA" and kind.aligned:
        element = "bool" if isinstance(kind.dtype, known.Boolean) else str(kind.dtype)
        return taken_array(element, kind.ndim, gapless=kind.layout == "C", written=kind.mutable)
    return None
