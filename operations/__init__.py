"""Keeping the site going: backups and their return, whether all is well, who is told when it is not, figures."""
