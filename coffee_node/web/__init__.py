"""Floor 3, the shell: pages, forms, sign-in, and the addresses that other servers and programs use."""
