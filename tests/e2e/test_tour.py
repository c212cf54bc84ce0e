"""docs/tour-governance.md is true: each command on it prints what stands below it."""
import os
import sys
import tempfile

import tour
from kit import check, finish

RIGHT = """```console
$ echo "on 2030-01-02 03:04:05"; false || echo "exit code $?"
on …
exit code 1
$ name=Ada; cat <<'END'
> one
>
> three
> END
one

three
$ printf '%s\\n' a b c "$name"
a
…
Ada
```
"""


def differs(folder, text):
    """How many commands of such a page print something else."""
    page = os.path.join(folder, "page.md")
    with open(page, "w", encoding="utf-8") as file:
        file.write(text)
    lines, differences = tour.play(page)
    again = "\n".join(lines) + "\n"
    return len(differences), again


def runner():
    with tempfile.TemporaryDirectory(prefix="sheaf-e2e-") as folder:
        check("a page that is true is kept as it is", differs(folder, RIGHT) == (0, RIGHT))
        for name, old, new in (("another word", "three\n$", "four\n$"),
                               ("a missing line", "exit code 1\n", ""),
                               ("a line too many", "Ada\n```", "Ada\nBob\n```"),
                               ("another end", "…\nAda", "…\nBob")):
            count, again = differs(folder, RIGHT.replace(old, new))
            check(f"{name} is noticed", count == 1, again)
        count, again = differs(folder, RIGHT.replace("exit code 1\n", "exit code 2\n"))
        check("and can be put right", count == 1 and "exit code 1\n" in again, again)


def main():
    runner()
    page = os.path.join(os.environ["SOURCE"], "docs", "tour-governance.md")
    _, differences = tour.play(page)
    check("the tour of governance prints what stands on its page", not differences,
          "\n".join(differences))
    finish()


if __name__ == "__main__":
    sys.exit(main())
