#!/bin/sh
# Lock the dependencies of pyproject.toml and export them, with hashes, for pip.
set -eu
uv="$1"
"$uv" lock
export_list() {
    target="$1"
    shift
    "$uv" export --quiet --frozen --no-emit-project --no-default-groups --no-annotate --no-header "$@" --output-file "requirements/$target.txt"
}
export_list base
export_list demo --extra embedded
export_list test --only-group test
export_list lint --only-group lint
export_list mutate --only-group mutate
export_list bench --only-group bench
