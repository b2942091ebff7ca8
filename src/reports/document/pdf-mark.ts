/** A comment near the beginning of our PDFs, by which an earlier report is known. */
export const PDF_MARK = '% sallyport report';
