"""Tests in a real browser, against the dashboard as gunicorn serves it."""

import pytest

pytest.register_assert_rewrite("tests.browser.verification")
