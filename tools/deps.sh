#!/bin/sh
# tools/deps.sh PURPOSE... - see that what a purpose needs is there, and install what is missing.
#
# Purposes: run, test, interop, lint, fuzz, coverage; each includes what `run` needs. When nothing
# is missing it says nothing and reaches for nothing. Otherwise it installs the Debian packages as
# root or with sudo; with neither it prints the one line to run and exits 1.
set -eu

# One row per need: PURPOSE PACKAGE CHECK. The check says whether the need is met already,
# whatever it was installed from.
needs() {
    cat <<'ROWS'
run gcc command -v gcc
run libc6-dev test -e /usr/include/stdio.h
run meson command -v meson
run ninja-build command -v ninja
run pkg-config command -v pkg-config
run python3 command -v python3
run libsodium-dev pkg-config --exists libsodium
run libssl-dev pkg-config --exists libcrypto
run libmicrohttpd-dev pkg-config --exists libmicrohttpd
run libcurl4-openssl-dev pkg-config --exists libcurl
run libsqlite3-dev pkg-config --exists sqlite3
run libmpfr-dev pkg-config --exists mpfr
run libopenblas-dev pkg-config --exists openblas
run zlib1g-dev pkg-config --exists zlib
run libipsec-mb-dev has_ipsec_mb
run nodejs node_is_recent
run npm command -v npm
run ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
test libcmocka-dev pkg-config --exists cmocka
test binutils command -v objdump
test chromium command -v chromium
interop golang-go command -v go
interop python3-numpy test -d /usr/lib/python3/dist-packages/numpy
interop python3-onnx test -d /usr/lib/python3/dist-packages/onnx
interop golang-golang-x-mod-dev test -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog
lint clang-format command -v clang-format
lint clang-tidy command -v clang-tidy
fuzz clang command -v clang
fuzz libclang-rt-14-dev clang_has_fuzzer
coverage libcmocka-dev pkg-config --exists cmocka
coverage gcovr command -v gcovr
ROWS
}

# Masks are faster with it; there is none for other processors.
has_ipsec_mb() {
    test "$(uname -m)" != x86_64 || gcc -E -include intel-ipsec-mb.h -x c /dev/null
}

node_is_recent() {
    command -v node && test "$(node -p 'parseInt(process.versions.node)')" -ge 18
}

clang_has_fuzzer() {
    command -v clang && ls "$(clang -print-resource-dir)"/lib/*/libclang_rt.fuzzer* &&
        return 0
    ls "$(clang -print-resource-dir)"/lib/*/*/libclang_rt.fuzzer*
}

missing=
for purpose in run "$@"; do
    while read -r row_purpose package check; do
        if [ "$row_purpose" = "$purpose" ] && ! $check >/dev/null 2>&1; then
            case " $missing " in *" $package "*) ;; *) missing="$missing $package" ;; esac
        fi
    done <<ROWS
$(needs)
ROWS
done
missing=${missing# }
[ -n "$missing" ] || exit 0

echo "missing Debian packages: $missing" >&2
install="apt-get install -y --no-install-recommends $missing"
if ! command -v apt-get >/dev/null; then
    echo "this system has no apt-get: install what these packages hold, then try again" >&2
    exit 1
elif [ "$(id -u)" = 0 ]; then
    sudo=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo="sudo -n"
else
    echo "run this as root, then try again:" >&2
    echo "apt-get update && $install" >&2
    exit 1
fi
echo "installing them with apt-get" >&2
$sudo env DEBIAN_FRONTEND=noninteractive apt-get update -q </dev/null >&2
# shellcheck disable=SC2086 # words on purpose
$sudo env DEBIAN_FRONTEND=noninteractive $install </dev/null >&2
