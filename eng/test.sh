#!/usr/bin/env bash
# The test command: builds everything, runs every test, then the short SLO gate against the running platform.
# Last line: "N passed, N failed". Exit code 0 only when nothing failed. Needs the .NET SDK; installs Chromium where it may.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
# One compiler process for all projects, also where the environment has turned that off: it halves the build.
if [ "${UseSharedCompilation:-}" = false ]; then
    export UseSharedCompilation=true
    trap 'dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1' EXIT
fi
logs=artifacts/test
rm -rf "$logs" && mkdir -p "$logs"
passed=0
failed=0

# The panel's tests drive a real browser. ORION_CHROMIUM names another one.
ensure_chromium() {
    if [ -n "${ORION_CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v google-chrome >/dev/null; then return; fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing Chromium for the browser tests ..."
        { apt-get update && apt-get install -y --no-install-recommends chromium; } >"$logs/chromium.log" 2>&1 ||
            echo "Chromium could not be installed (see $logs/chromium.log); the browser tests will say so."
    else
        echo "No Chromium found; the browser tests will fail. Install it, or name one in ORION_CHROMIUM."
    fi
}

# Sums one figure of the closing line "Passed!  - Failed: 0, Passed: 12, ..." over a log.
count() {
    grep -oE "$1: +[0-9]+" "$2" | awk '{ n += $2 } END { print n + 0 }'
}

run_project() {
    local project=$1 name log code p f started=$SECONDS
    name=$(basename "$(dirname "$project")")
    log="$logs/$name.log"
    dotnet test "$project" --no-build --nologo -v q --logger "console;verbosity=minimal" --logger "trx;LogFileName=$name.trx" --results-directory "$logs" >"$log" 2>&1
    code=$?
    p=$(count Passed "$log")
    f=$(count Failed "$log")
    # A runner that crashed or found nothing has failed, whatever it counted.
    if { [ "$code" != 0 ] && [ "$f" = 0 ]; } || [ $((f + p)) = 0 ]; then f=$((f + 1)); fi
    passed=$((passed + p)) failed=$((failed + f))
    printf '%-18s %4d passed, %d failed  (%ds)\n' "$name" "$p" "$f" $((SECONDS - started))
    [ "$f" = 0 ] || cat "$log"
}

finish() {
    echo "Took ${SECONDS}s."
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
    exit
}

echo "Building ..."
if ! dotnet build OrionPlatform.sln --nologo -v q; then
    failed=1
    finish
fi

# A test project may stay out of the solution.
for project in tests/*/*.Tests.csproj; do
    if ! grep -qF "$(basename "$project")" OrionPlatform.sln && ! dotnet build "$project" --nologo -v q; then
        failed=1
        finish
    fi
done

ensure_chromium
ORION_CHROMIUM=${ORION_CHROMIUM:-$(command -v chromium || command -v google-chrome || true)}
export ORION_CHROMIUM
for project in tests/*/*.Tests.csproj; do
    run_project "$project"
done

echo "SLO gate (20 s) ..."
if dotnet run --project load-tests --no-build -- --profile smoke; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
finish
