"""Pictures of any size in bounded memory, on one process or several (6.5 item 1): rows come out when they are ready."""
