Attribute VB_Name = "Ribbon"
Option Explicit
Option Compare Binary
' What the ribbon calls: its buttons, its menu of reports. The list of quarters is in Period.
' Parameters are As Object, so that the add-in compiles whichever version of Office's library is there.

Private mRibbon As Object
Private mOpenBooks As OpenBooks

Public Sub OutcomesLoaded(loadedRibbon As Object)
    Set mRibbon = loadedRibbon
    Set mOpenBooks = New OpenBooks
    mOpenBooks.Watch Application
End Sub

' Whether Excel took the ribbon: only Excel can say so, and a check on a computer with Excel asks.
Public Function RibbonIsLoaded() As Boolean
    RibbonIsLoaded = Not mRibbon Is Nothing
End Function

' Every button: its id stands here with the action that it starts. No id, no action.
Public Sub OutcomesAction(control As Object)
    Select Case control.ID
        Case "checkFramework": StartAction "check", "checking the framework"
        Case "goldenThread": StartAction "thread", "following the golden thread"
        Case "compareVersions": StartAction "compare", "comparing versions"
        Case "makeForms": StartAction "forms", "making forms"
        Case "checkReturns": StartAction "validate", "checking returns"
        Case "importReturns": StartAction "import", "importing returns"
        Case "settleQuery": StartAction "settle", "settling a query"
        Case "sendBack": StartAction "send-back", "writing a form to send back"
        Case "withdrawReturn": StartAction "withdraw", "withdrawing a return"
        Case "whoIsLate": StartAction "who-is-late", "looking for who is late"
        Case "rateAndRollUp": StartAction "rate", "rating and rolling up"
        Case "whyThisColour": StartAction "why", "explaining a colour"
        Case "overrideRating": StartAction "override", "overriding a rating"
        Case "dashboard": StartAction "dashboard", "showing the dashboard"
        Case "openLast": StartAction "open-last", "opening the last report"
        Case "closeQuarter": StartAction "close", "closing the quarter"
        Case "undoLast": StartAction "undo", "undoing the last action"
        Case "guide": StartAction "guide", "opening the guide"
        Case "about": StartAction "about", "looking up the version"
        Case "openLog": StartAction "log", "opening the log"
        Case Else: Tell "This button is not known here: " & control.ID
    End Select
    RefreshRibbon
End Sub

' The menu of reports, made each time that it is opened.
Public Sub OutcomesReportMenu(control As Object, ByRef content)
    Dim number As Long, items As String
    For number = 1 To ReportCount()
        items = items & ReportItem(number)
    Next number
    If Len(items) = 0 Then items = "<button id=""report0"" label=""There are no reports"" enabled=""false""/>"
    content = "<menu xmlns=""http://schemas.microsoft.com/office/2009/07/customui"">" & items & "</menu>"
End Sub

' A report of that menu: the number in its id leads back into the fixed list.
Public Sub OutcomesReport(control As Object)
    Dim number As Long
    For number = 1 To ReportCount()
        If control.ID = "report" & number Then StartAction "report", "writing the report", ReportName(number)
    Next number
    RefreshRibbon
End Sub

' Lets the ribbon ask again for what it shows.
Public Sub RefreshRibbon()
    ' Excel can lose the ribbon when somebody stops a macro by hand; the buttons go on working without it
    On Error Resume Next
    If Not mRibbon Is Nothing Then mRibbon.Invalidate
End Sub

Private Function ReportItem(ByVal number As Long) As String
    ' A double ampersand shows as one
    ReportItem = "<button id=""report" & number & """ label=""" & XmlText(Replace(ReportTitle(number), "&", "&&")) & _
                 """ onAction=""OutcomesReport"" screentip=""" & XmlText(ReportTitle(number)) & _
                 """ supertip=""Writes this report in Word and opens it. It never deletes an earlier one.""/>"
End Function
