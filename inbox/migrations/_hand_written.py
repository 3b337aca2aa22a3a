"""What the models do not say: an extension of PostgreSQL."""

from django.contrib.postgres.operations import BtreeGinExtension

# The search has the municipality in the same index as the words.
OPERATIONS = [BtreeGinExtension()]
