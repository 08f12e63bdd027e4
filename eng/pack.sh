#!/usr/bin/env bash
# Packs the template (only files that git tracks): artifacts/package/Orion.Platform.Template.VERSION.nupkg. Usage: eng/pack.sh [VERSION]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dotnet pack .template.config/pack.csproj -c Release -o artifacts/package --nologo -v q ${1:+-p:Version="$1"}
ls artifacts/package/*.nupkg
