#!/usr/bin/env bash
# Packs the platform's libraries (Orion.*), its tool (Orion.Cli) and the template, all of one version, into artifacts/package. Usage: eng/pack.sh [VERSION]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
version=${1:-$(sed -n "s:.*<OrionVersion.*>\(.*\)</OrionVersion>.*:\1:p" Directory.Build.props)}
rm -rf artifacts/package
for library in platform/Orion.*/Orion.*.csproj .template.config/pack.csproj; do
    dotnet pack "$library" -c Release -o artifacts/package --nologo -v q -p:Version="$version"
done
ls artifacts/package
