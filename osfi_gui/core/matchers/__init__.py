"""Matchers: from what is known of a probe to one score that a threshold can stand on; one idea a file."""
