"""Speed, printed as ratios to a floor measured in the same run. `make bench` runs it; no test asserts a time."""
