"""A person's choices as short labels for staff, for badges and filters."""

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
#: Fields of Details that a person can change.
FIELDS = {
    "name": "name",
    "phone": "number",
    "phone_remark": "remark on the number",
    "email": "email address",
    "about": "whom it is about",
    "safe_hours": "safe hours",
    "place": "where they are",
    "voicemail": "voicemail",
    "text_message": "text messages",
    "if_other_answers": "what to say if someone else answers",
    "may_tell": "who may be told",
    "message": "message",
    "language": "language",
    "other_language": "language",
    "interpreter": "interpreter",
    "channel": "how to reach them first",
    "second_phone": "second number",
    "second_phone_remark": "remark on the second number",
}
WISHES: dict[str, str] = {
    IfOtherAnswers.QUIET: "Say nothing",
    IfOtherAnswers.WRONG_NUMBER: "Wrong number",
    IfOtherAnswers.OPEN: "May say who we are",
}
