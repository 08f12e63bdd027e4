#!/usr/bin/env bash
# Packs the platform's libraries (Orion.*), its tool (Orion.Cli) and the template, all of one version, into artifacts/package. Usage: eng/pack.sh [VERSION]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rm -rf artifacts/package
dotnet msbuild eng/pack.proj -nologo -v:m ${1:+-p:Version="$1"}
ls artifacts/package
