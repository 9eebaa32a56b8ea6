"""Whether a head can be walked, and what that costs: checked once, before any of its weights is used.

In: a `Head` from anywhere.  Out: `Plan`; or the one error that names the step.  Numbers of steps, channels, products
and values are bounded for one position of the latent, so that a picture within its limits cannot make a head run away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from refdec.heads.errors import HeadStepInvalid, HeadTooLarge
from refdec.heads.head import FEATURES, INPUTS, Head, HeadStep
from refdec.heads.operations import MOST_CHANNELS, OPERATIONS, Form, Given, Operation, StepRefused

__all__ = ["MOST_STEPS", "VALUE_BYTES", "Plan", "Stop", "plan_of"]

MOST_STEPS = 1024
MOST_PRODUCTS = 1 << 26
"""Products for one position of the latent (256 samples): the largest synthesis needs as many."""
MOST_VALUES = 1 << 17
"""Values of the maps that wait at one time, for one position of the latent."""
VALUE_BYTES = 4
FEATURE_FORM = Form(96, 2)
"""What `luma.features` is."""


@dataclass(frozen=True, slots=True, eq=False)
class Stop:
    """A step ready to be prepared: its operation, what it is given, the forms of its maps, and which maps end here."""

    step: HeadStep
    operation: Operation
    given: Given
    forms: tuple[Form, ...]
    last_use: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The stops of a head in their order, the forms of its outputs, and what it costs for one position of the latent.

    `products`: multiplications; `bytes`: of the maps that exist at one time.  `margin`: how many positions of the
    latents around a window decide what is in it (`mean` apart); a multiple of `grid`, as the edges of windows must be,
    so that pooled squares stay whole.
    """

    stops: tuple[Stop, ...]
    outputs: Mapping[str, Form]
    inputs: tuple[str, ...]
    products: int
    bytes: int
    margin: int
    grid: int


def _given(head: Head, step: HeadStep, operation: Operation, place: str) -> Given:
    """Return layers and numbers of a step, complete.  Raises HeadStepInvalid."""
    if len(step.layers) != len(operation.layers):
        raise HeadStepInvalid(place, f"needs the layers {', '.join(operation.layers) or 'none'}")
    missing = [name for name in step.layers if name not in head.layers]
    if missing:
        raise HeadStepInvalid(place, f"names the layer {missing[0]!r}, which is not there")
    if unknown := set(step.numbers) - set(operation.numbers):
        raise HeadStepInvalid(place, f"does not know the number {min(unknown)!r}")
    numbers = {}
    for name, (values, default) in operation.numbers.items():
        value = step.numbers.get(name, default)
        if type(value) is not int or value not in values:
            raise HeadStepInvalid(place, f"has {name} {value!r}")
        numbers[name] = value
    return Given(tuple(head.layers[name] for name in step.layers), numbers)


def _last_uses(head: Head) -> dict[str, int]:
    """Return for each map the number of the last step that reads it; outputs are never done with."""
    last = {name: number for number, step in enumerate(head.steps) for name in step.inputs}
    made = {step.output: number for number, step in enumerate(head.steps)}
    return made | last | dict.fromkeys(head.outputs, len(head.steps))


def _stop(head: Head, number: int, forms: Mapping[str, Form], last: Mapping[str, int]) -> tuple[Stop, Form]:
    """Return a step ready to be prepared, and the form of what it makes.  Raises HeadStepInvalid."""
    step = head.steps[number]
    place = f"step {number + 1} ({step.operation})"
    operation = OPERATIONS.get(step.operation)
    if operation is None:
        raise HeadStepInvalid(place, f"is no operation; there are {', '.join(sorted(OPERATIONS))}")
    if len(step.inputs) not in operation.inputs:
        raise HeadStepInvalid(place, f"reads {len(step.inputs)} maps")
    if unknown := [name for name in step.inputs if name not in forms]:
        raise HeadStepInvalid(place, f"reads {unknown[0]!r}, which no step before it makes")
    if not step.output or step.output in forms:
        raise HeadStepInvalid(place, f"makes {step.output!r}, which is there already")
    given = _given(head, step, operation, place)
    read = tuple(forms[name] for name in step.inputs)
    try:
        made = operation.form(read, given)
    except StepRefused as problem:
        raise HeadStepInvalid(place, str(problem)) from None
    if not 1 <= made.channels <= MOST_CHANNELS:
        raise HeadTooLarge(f"channels after {place}", made.channels, MOST_CHANNELS)
    done = tuple(name for name in forms if last.get(name) == number)
    return Stop(step, operation, given, read, done), made


def _cells(form: Form) -> Fraction:
    """Return how many latent positions a position of a map is wide; a vector has no width of its own."""
    return Fraction(0) if form.level is None else Fraction(2) ** -form.level


def _margin(stops: Sequence[Stop], forms: Mapping[str, Form], outputs: Sequence[str], grid: int) -> int:
    """Return how far beyond its place, in latent positions, a value of a map that is needed depends on the latents.

    Needed are the outputs and what means are taken of; a mean itself is of the whole picture wherever it is used.  Step
    by step from the end: a position of a coarse map that is needed in part needs all of its square.
    """
    beyond = dict.fromkeys(outputs, Fraction(0))
    for stop in reversed(stops):
        made, cells = stop.step.output, _cells(forms[stop.step.output])
        whole = -(-beyond[made] // cells) * cells if cells and made in beyond else Fraction(0)
        for name, form in zip(stop.step.inputs, stop.forms, strict=True):
            needed = whole + stop.operation.reach(stop.given) * _cells(form)
            beyond[name] = max(beyond.get(name, needed), needed)
    largest = max(beyond.get(name, Fraction(0)) for name in (*INPUTS, FEATURES))
    return -(-largest // grid) * grid


def plan_of(head: Head) -> Plan:
    """Check a head, step by step.  Raises HeadStepInvalid, HeadTooLarge."""
    if not 1 <= len(head.steps) <= MOST_STEPS:
        raise HeadTooLarge("steps", len(head.steps), MOST_STEPS)
    last = _last_uses(head)
    forms = {name: Form(channels) for name, channels in INPUTS.items()} | {FEATURES: FEATURE_FORM}
    inputs = tuple(name for name in forms if name in last)
    given = set(forms)
    waiting = {name: forms[name] for name in inputs}
    stops, products, most = [], 0, 0
    for number in range(len(head.steps)):
        stop, made = _stop(head, number, forms, last)
        stops.append(stop)
        forms[stop.step.output] = waiting[stop.step.output] = made
        products += stop.operation.products(stop.given, made)
        if products > MOST_PRODUCTS:
            raise HeadTooLarge("products for each latent position", products, MOST_PRODUCTS)
        most = max(most, sum(form.channels * form.places for form in waiting.values()))
        if most > MOST_VALUES:
            raise HeadTooLarge("values for each latent position", most, MOST_VALUES)
        for name in stop.last_use:
            waiting.pop(name, None)
    if not head.outputs or (unknown := [name for name in head.outputs if name not in forms or name in given]):
        raise HeadStepInvalid("its output", f"is {', '.join(map(repr, unknown)) if head.outputs else 'not named'}")
    if idle := set(head.layers) - {name for step in head.steps for name in step.layers}:
        raise HeadStepInvalid("no step", f"uses the layer {min(idle)!r}")
    outputs = {name: forms[name] for name in head.outputs}
    grid = 2 ** max(0, *(-form.level for form in forms.values() if form.level is not None))
    margin = _margin(stops, forms, head.outputs, grid)
    return Plan(tuple(stops), outputs, inputs, products, VALUE_BYTES * most, margin, grid)
