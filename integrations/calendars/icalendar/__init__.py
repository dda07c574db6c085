"""Events as they stand in people's calendars (RFC 5545): read with care, and written without losing what is theirs."""
