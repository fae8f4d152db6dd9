"""`python -m tapecli`."""

from tapecli.cli import main

if __name__ == "__main__":
    main()
