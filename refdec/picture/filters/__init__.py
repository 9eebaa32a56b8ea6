"""The four enhancement filters, in the order of their use: EFE linear, eICCI, EFE non-linear, LEF (5.5 to 5.9)."""
