"""How many examples a property is tried with: HYPOTHESIS_PROFILE is quick, test (the default) or nightly."""

import os

from hypothesis import HealthCheck, settings

for name, examples in {"quick": 30, "test": 2_000, "nightly": 100_000}.items():
    settings.register_profile(
        f"sla-{name}",
        max_examples=examples,
        deadline=None,
        derandomize=name == "quick",  # a mutant is not to be judged by luck
        suppress_health_check=[HealthCheck.too_slow],
    )

EXAMPLES = settings.get_profile(f"sla-{os.environ.get('HYPOTHESIS_PROFILE', 'test')}")
#: For properties whose every example takes long.
FEWER = settings(EXAMPLES, max_examples=EXAMPLES.max_examples // 10)
