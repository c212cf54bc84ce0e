/* The catalogues of messages in which bylaws are told. */
#define FILE(name, path) .global name; name: .incbin path; .global name##_end; name##_end: .byte 0;
    .section .rodata
FILE(sheaf_statutes_en, "statutes/en.json")
FILE(sheaf_statutes_de, "statutes/de.json")
FILE(sheaf_bylaws_parts, "bylaws/parts.json")
    .section .note.GNU-stack,"",%progbits
