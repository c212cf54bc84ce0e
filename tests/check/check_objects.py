#!/usr/bin/env python3
"""tests/check/check_objects.py FOLDER=LIBRARY... - what was compiled of the core, in the order
of its layers: which symbols it takes from outside, and that no instruction is floating point.

The source can hide a clock behind a macro; the symbols of the object cannot.
"""
import re
import subprocess
import sys

ALLOWED = re.compile(
    # memory and bytes of the C library, formatting into memory, assert
    r"(mem(cpy|move|set|cmp|chr|rchr|mem)|str(len|nlen|cmp|ncmp|chr|rchr|spn|cspn|str)|bcmp|"
    r"malloc|calloc|realloc|free|posix_memalign|madvise|qsort|bsearch|"
    r"v?snprintf|__isoc99_v?snprintf|abort|"
    r"__assert_fail|__stack_chk_fail|__(mem|str)\w+_chk|__v?snprintf_chk|"
    # sanitizers and coverage
    r"__(asan|ubsan|sanitizer|tsan|lsan|sancov|gcov|llvm|gcc)_?\w*|"
    # integers that the compiler leaves to its own library
    r"__(popcount|clz|ctz|ffs|parity|bswap|u?div|u?mod|u?divmod|mulo?|ashl|ashr|lshr|neg|u?cmp)"
    r"[sdt]i[234]|"
    r"_GLOBAL_OFFSET_TABLE_|__start_\w+|__stop_\w+)")
ALLOWED_CRYPTO = re.compile(
    r"(crypto_\w+|sodium_(init|memzero|memcmp|is_zero|compare|increment|add|sub)|SHA256\w*|"
    r"EVP_(MD_CTX|Digest|sha256|Q_digest|MD|CIPHER|Encrypt)\w*|"
    r"(alloc|init|free)_mb_mgr\w*|imb_get_errno)")
# Random numbers under another name.
RANDOM = re.compile(r"(randombytes\w*|crypto_\w*_(keygen|random)|crypto_(sign|box|kx)\w*_keypair)")

# x86: scalar and packed arithmetic and conversions, and the x87 stack. ARM: f… and conversions.
# Moves, shuffles and bitwise operations on the same registers serve integers too.
FLOATING = re.compile(
    r"^(v?(add|sub|mul|div|sqrt|rsqrt|rcp|min|max|cmp\w*|comi|ucomi|round|hadd|hsub|addsub|dp)"
    r"[sp][sd]|v?cvt\w+|vfn?m(add|sub)\w+|"
    r"f(add|sub|subr|mul|div|divr|ld|ild|st|ist|com|ucom|i|abs|chs|sqrt|cvt|nmul|madd|msub)\w*|"
    r"[su]cvtf)$")


def symbols(library, *options):
    listed = subprocess.run(["nm", "-P", "-A", *options, library], check=True,
                            capture_output=True, text=True).stdout
    for line in listed.splitlines():
        where, name = line.split()[:2]
        yield where.rstrip(":").replace(library, ""), name.split("@")[0]


def foreign_symbols(folder, library, known):
    for where, name in symbols(library, "-u"):
        allowed = name in known or ALLOWED.fullmatch(name) or (
            folder == "crypto" and ALLOWED_CRYPTO.fullmatch(name))
        if not allowed or (RANDOM.fullmatch(name) and "seed_keypair" not in name):
            yield "%s/%s: takes `%s` from outside the core or from a layer below" % (
                folder, where.strip("[]"), name)


def floating_instructions(folder, library):
    function = "?"
    listed = subprocess.run(["objdump", "-d", "--no-show-raw-insn", library], check=True,
                            capture_output=True, text=True).stdout
    for line in listed.splitlines():
        head = re.match(r"[0-9a-f]+ <(.+)>:$", line)
        if head:
            function = head.group(1)
        parts = line.split()
        if len(parts) > 1 and re.match("[0-9a-f]+:$", parts[0]) and FLOATING.match(parts[1]):
            yield "%s: %s computes in floating point: %s" % (folder, function,
                                                            " ".join(parts[1:]))


def complaints_about(libraries):
    """(complaints about symbols, complaints about instructions) of [(folder, path)…]"""
    known, foreign, floating = set(), [], []
    for folder, library in libraries:
        known.update(name for _, name in symbols(library, "--defined-only"))
        foreign += foreign_symbols(folder, library, known)
        floating += floating_instructions(folder, library)
    return foreign, floating


def main():
    libraries = [tuple(argument.split("=", 1)) for argument in sys.argv[1:]]
    if not libraries or any(len(pair) != 2 for pair in libraries):
        print("usage: check_objects.py FOLDER=LIBRARY...", file=sys.stderr)
        return 2
    rules = ("the core's objects take nothing impure from outside, nor from a layer below",
             "the core's objects have no floating-point instruction")
    print("1..2")
    failed = 0
    for number, (rule, complaints) in enumerate(zip(rules, complaints_about(libraries)), 1):
        failed += bool(complaints)
        print("%s %d - %s" % ("not ok" if complaints else "ok", number, rule))
        for complaint in complaints[:40]:
            print("# " + complaint)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
