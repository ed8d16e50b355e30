"""What judging vital signs costs beside a bare decode, and which alarms judgement spares."""
