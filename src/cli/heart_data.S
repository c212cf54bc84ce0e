/* The heart disease files of data/heart-disease/, so that the demonstration needs nothing beside the program. */
#define FILE(name, path) .global name; name: .incbin path; .global name##_end; name##_end: .byte 0;
    .section .rodata
FILE(sheaf_heart_cleveland, "processed.cleveland.data")
FILE(sheaf_heart_hungarian, "processed.hungarian.data")
FILE(sheaf_heart_switzerland, "processed.switzerland.data")
FILE(sheaf_heart_va, "processed.va.data")
FILE(sheaf_heart_split, "flamby-split.csv")
    .section .note.GNU-stack,"",%progbits
