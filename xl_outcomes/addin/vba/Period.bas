Attribute VB_Name = "Period"
Option Explicit
Option Compare Binary
' The list of quarters on the ribbon. What the workbook's Settings say is only shown here: Python reads them again.

Private Const ITEM As String = "period_"

' The items that the ribbon shows, with | between them, from when it last asked how many there are.
Private mItems As String

Public Sub OutcomesPeriodCount(control As Object, ByRef count)
    mItems = ItemsNow()
    count = UBound(Split(mItems, "|")) + 1
End Sub

Public Sub OutcomesPeriodLabel(control As Object, index As Integer, ByRef label)
    label = ItemAt(index)
End Sub

' An item's id holds its quarter, so that what is chosen is what was seen, whichever workbook is in front by then.
Public Sub OutcomesPeriodId(control As Object, index As Integer, ByRef id)
    id = ITEM & Replace(QuarterToken(ItemAt(index)), "-", "_")
End Sub

Public Sub OutcomesPeriodIndex(control As Object, ByRef index)
    ' The current quarter stands in the middle of nine; a message stands alone
    index = UBound(Split(mItems, "|")) \ 2
End Sub

Public Sub OutcomesPeriodChosen(control As Object, selectedId As String, selectedIndex As Integer)
    Dim token As String
    token = QuarterToken(Replace(Mid$(selectedId, Len(ITEM) + 1), "_", "-"))
    If Len(token) > 0 Then StartAction "period", "changing the period", token
    RefreshRibbon
End Sub

Private Function ItemAt(ByVal index As Long) As String
    Dim items As Variant
    items = Split(mItems, "|")
    If index >= 0 And index <= UBound(items) Then ItemAt = items(index)
End Function

Private Function ItemsNow() As String
    Dim settings As Object
    On Error GoTo unreadable
    Set settings = SettingsTable()
    If settings Is Nothing Then
        ItemsNow = "No master open"
    Else
        ItemsNow = QuarterList(ValueOf(settings, "current period"))
        If Len(ItemsNow) = 0 Then ItemsNow = "No period set"
    End If
    Exit Function
unreadable:
    ItemsNow = "No master open"
End Function

Private Function SettingsTable() As Object
    Dim sheet As Object, table As Object
    If ActiveWorkbook Is Nothing Then Exit Function
    For Each sheet In ActiveWorkbook.Worksheets
        For Each table In sheet.ListObjects
            If LCase$(table.Name) = "settings" Then Set SettingsTable = table
        Next table
    Next sheet
End Function

Private Function ValueOf(ByVal settings As Object, ByVal setting As String) As String
    Dim names As Object, row As Long
    Set names = settings.ListColumns("Setting").DataBodyRange
    If names Is Nothing Then Exit Function
    For row = 1 To names.Rows.Count
        If LCase$(Trim$(CellText(names.Cells(row, 1)))) = setting Then
            ValueOf = Trim$(CellText(settings.ListColumns("Value").DataBodyRange.Cells(row, 1)))
        End If
    Next row
End Function

Private Function CellText(ByVal cell As Object) As String
    ' A cell that shows an error such as #N/A has no text
    If Not IsError(cell.Value) Then CellText = CStr(cell.Value)
End Function
