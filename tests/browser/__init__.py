"""Tests in a real browser, against the dashboard as gunicorn serves it."""
