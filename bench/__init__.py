"""Beside the product: peers it is measured against, and scripts that train its models."""
