"""What a person chose, in words for staff: short, for badges and filters."""

from callbacks.values.details import About, Channel, IfOtherAnswers, Language

LANGUAGES: dict[str, str] = {
    Language.ENGLISH: "English",
    Language.SPANISH: "Spanish",
    Language.OTHER: "Another language",
}
CHANNELS: dict[str, str] = {
    Channel.CALL: "Call",
    Channel.TEXT: "Text first",
    Channel.EMAIL: "Email first",
    Channel.RELAY: "Relay (711)",
    Channel.VIDEO: "Video relay",
}
ABOUT: dict[str, str] = {About.ME: "Themselves", About.SOMEONE_ELSE: "Someone else"}
WISHES: dict[str, str] = {
    IfOtherAnswers.QUIET: "Say nothing",
    IfOtherAnswers.WRONG_NUMBER: "Wrong number",
    IfOtherAnswers.OPEN: "May say who we are",
}
