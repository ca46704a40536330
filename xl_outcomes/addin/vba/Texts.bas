Attribute VB_Name = "Texts"
Option Explicit
Option Compare Binary
' Texts in, texts out: nothing here knows of Excel, so that everything can be tried anywhere.

Private Const LETTERS_AND_DIGITS As String = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

' A workbook's name as a command line can carry it: every other character becomes + and its four hexadecimal digits.
' WScript.Shell.Run would put the value of a variable in place of %NAME%, and a quote would end the argument.
Public Function EncodedName(ByVal text As String) As String
    Dim position As Long, one As String, result As String
    For position = 1 To Len(text)
        one = Mid$(text, position, 1)
        If InStr(1, LETTERS_AND_DIGITS & " ._()-", one, vbBinaryCompare) > 0 Then
            result = result & one
        Else
            ' AscW gives a signed Integer: And makes it 0 to 65535
            result = result & "+" & Right$("000" & Hex$(AscW(one) And 65535), 4)
        End If
    Next position
    EncodedName = result
End Function

' Whether a choice may stand on a command line: letters, digits and hyphens, at least one.
Public Function IsToken(ByVal text As String) As Boolean
    Dim position As Long
    For position = 1 To Len(text)
        If InStr(1, LETTERS_AND_DIGITS & "-", Mid$(text, position, 1), vbBinaryCompare) = 0 Then Exit Function
    Next position
    IsToken = Len(text) > 0
End Function

' A quarter as people type it (2025/26 Q2, Q2 2025-26, 2025/2026 Q2) as 2025-26-Q2; nothing for any other text.
Public Function QuarterToken(ByVal text As String) As String
    Dim bare As String, firstYear As Long, secondYear As Long
    bare = WithoutMarks(UCase$(text))
    If bare Like "Q#*" Then bare = Mid$(bare, 3) & Left$(bare, 2)
    If Not (bare Like "######Q[1-4]" Or bare Like "########Q[1-4]") Then Exit Function
    firstYear = CLng(Left$(bare, 4))
    secondYear = CLng(Mid$(bare, 5, Len(bare) - 6))
    If secondYear <> (firstYear + 1) Mod IIf(Len(bare) = 8, 100, 10000) Then Exit Function
    If firstYear >= 1900 Then QuarterToken = QuarterAt(firstYear, CLng(Right$(bare, 1)))
End Function

' The same as people read it: 2025/26 Q2.
Public Function QuarterLabel(ByVal text As String) As String
    Dim token As String
    token = QuarterToken(text)
    If Len(token) > 0 Then QuarterLabel = Left$(token, 4) & "/" & Mid$(token, 6, 2) & " " & Right$(token, 2)
End Function

' Nine quarters as people read them, with | between them: four before the given one, itself, and four after it.
Public Function QuarterList(ByVal text As String) As String
    Dim token As String, given As Long, other As Long, result As String
    token = QuarterToken(text)
    If Len(token) = 0 Then Exit Function
    given = CLng(Left$(token, 4)) * 4 + CLng(Right$(token, 1)) - 1
    For other = given - 4 To given + 4
        If other > given - 4 Then result = result & "|"
        result = result & QuarterLabel(QuarterAt(other \ 4, other Mod 4 + 1))
    Next other
    QuarterList = result
End Function

' A text inside XML, also between double quotes.
Public Function XmlText(ByVal text As String) As String
    Dim result As String
    result = Replace(text, "&", "&amp;")
    result = Replace(result, "<", "&lt;")
    result = Replace(result, ">", "&gt;")
    XmlText = Replace(result, """", "&quot;")
End Function

Private Function QuarterAt(ByVal firstYear As Long, ByVal number As Long) As String
    QuarterAt = CStr(firstYear) & "-" & Right$("0" & CStr((firstYear + 1) Mod 100), 2) & "-Q" & CStr(number)
End Function

Private Function WithoutMarks(ByVal text As String) As String
    Dim position As Long, one As String, result As String
    For position = 1 To Len(text)
        one = Mid$(text, position, 1)
        ' 8211 is the en dash that Word and Excel make of a hyphen
        If InStr(1, " /-," & ChrW$(8211), one, vbBinaryCompare) = 0 Then result = result & one
    Next position
    WithoutMarks = result
End Function
