"""What tests share beside pytest fixtures of one app."""
