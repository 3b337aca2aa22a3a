"""PostgreSQL row-level security behind `municipalities.tenancy`: a second, independent check of every statement.

`schema` creates roles, grants and policies after each migration, as the owner of the tables. `statements` tells the
database the open scope with every statement. The application connects with a role that owns nothing and cannot bypass
the policies. ADR 27.
"""
