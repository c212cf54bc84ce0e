/* Files of data/, so that the demonstration needs nothing beside the program. */
#define FILE(name, path) .global name; name: .incbin path; .global name##_end; name##_end: .byte 0;
    .section .rodata
FILE(sheaf_heart_cleveland, "heart-disease/processed.cleveland.data")
FILE(sheaf_heart_hungarian, "heart-disease/processed.hungarian.data")
FILE(sheaf_heart_switzerland, "heart-disease/processed.switzerland.data")
FILE(sheaf_heart_va, "heart-disease/processed.va.data")
FILE(sheaf_heart_split, "heart-disease/flamby-split.csv")
FILE(sheaf_crops, "crops/usda_county_yields.csv.gz")
FILE(sheaf_households, "households/households.csv.gz")
FILE(sheaf_maintenance, "maintenance/ai4i2020.csv.gz")
    .section .note.GNU-stack,"",%progbits
