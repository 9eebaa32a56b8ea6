"""Coverage-guided fuzzing of the target `page` (see `targets`); arguments are libFuzzer's."""

from tests.fuzz.harness import fuzz

if __name__ == "__main__":
    fuzz("page")
