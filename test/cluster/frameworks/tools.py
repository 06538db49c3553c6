"""What the Python agents do when their model asks for it."""
import urllib.error
import urllib.request


def fetch_page(url: str) -> str:
    """Fetches a page."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.headers.get('x-kars-code', '')}"


def erase_everything() -> str:
    """Erases everything."""
    return "erased"
