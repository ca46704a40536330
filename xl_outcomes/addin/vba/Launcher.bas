Attribute VB_Name = "Launcher"
Option Explicit
Option Compare Binary
' Starts Python and waits for it. What is started comes from this computer's registry and from the fixed lists of this
' add-in, never from a workbook: of a workbook only its name goes along, encoded, as the name of what to work on.

' Only "xl-outcomes addin install" writes this.
Private Const INTERPRETER_VALUE As String = "HKCU\Software\xl-outcomes\Interpreter"
Private Const FIRST_REFERENCE As Long = 1000

Private mRunning As String

' Starts an action, or tells the officer why not. "doing" says in words what is going on: "rating and rolling up".
Public Sub StartAction(ByVal action As String, ByVal doing As String, Optional ByVal choice As String = "")
    Dim exe As String, refusal As String
    exe = Interpreter()
    refusal = WhyNot(action, choice, exe)
    If Len(refusal) > 0 Then
        Tell refusal
    Else
        RunAndWait exe, CommandLine(exe, action, BookName(), CStr(Application.Hwnd), choice), doing
    End If
End Sub

' The whole command. -I isolates Python: neither PYTHON... variables nor the folder of a workbook can put a module
' in front of ours.
Public Function CommandLine(ByVal exe As String, ByVal action As String, ByVal book As String, _
                            ByVal hwnd As String, ByVal choice As String) As String
    CommandLine = Quoted(exe) & " -I -m xl_outcomes.addin " & action & " --wb=" & Quoted(EncodedName(book)) & _
                  " --from_xl=1 --hwnd=" & hwnd
    If Len(choice) > 0 Then CommandLine = CommandLine & " --choice=" & choice
End Function

' What to tell after Python ended; nothing where it has told the officer itself.
Public Function OutcomeText(ByVal code As Long, ByVal doing As String) As String
    Select Case code
        Case 0
            OutcomeText = ""
        Case 1
            OutcomeText = "Python started, but xl-outcomes is not installed for it." & vbCrLf & _
                          "Ask IT to run: xl-outcomes addin status"
        Case Is >= FIRST_REFERENCE
            OutcomeText = Sentence(doing) & " could not be finished." & vbCrLf & _
                          "Reference " & code & " is in the log (Help, Open log)."
        Case Else
            OutcomeText = Sentence(doing) & " stopped unexpectedly (code " & code & ")." & vbCrLf & _
                          "Look in the log (Help, Open log) before you try again."
    End Select
End Function

Public Sub Tell(ByVal text As String)
    MsgBox text, vbExclamation, "Outcomes"
End Sub

Private Function WhyNot(ByVal action As String, ByVal choice As String, ByVal exe As String) As String
    If Len(mRunning) > 0 Then
        ' Excel still answers clicks while it waits for Python
        WhyNot = Sentence(mRunning) & " is still running. Wait until it has finished."
    ElseIf Len(choice) > 0 And Not IsToken(choice) Then
        WhyNot = "This choice cannot be passed on. Choose from the list."
    ElseIf NeedsBook(action) And ActiveWorkbook Is Nothing Then
        WhyNot = WhyNoBook()
    ElseIf Len(exe) = 0 Then
        WhyNot = "Outcomes has not been set up on this computer: run xl-outcomes addin install"
    End If
End Function

Private Function NeedsBook(ByVal action As String) As Boolean
    Select Case action
        Case "guide", "about", "log"
            NeedsBook = False
        Case Else
            NeedsBook = True
    End Select
End Function

Private Function WhyNoBook() As String
    If Application.ProtectedViewWindows.Count > 0 Then
        WhyNoBook = "Enable editing first: this workbook is open in Protected View."
    Else
        WhyNoBook = "Open a workbook first."
    End If
End Function

Private Function Interpreter() As String
    ' A value that is not there is an error of RegRead: then the text stays empty, and WhyNot says what to do
    On Error Resume Next
    Interpreter = CreateObject("WScript.Shell").RegRead(INTERPRETER_VALUE)
End Function

Private Function BookName() As String
    If Not ActiveWorkbook Is Nothing Then BookName = ActiveWorkbook.Name
End Function

Private Sub RunAndWait(ByVal exe As String, ByVal command As String, ByVal doing As String)
    Dim told As String
    On Error GoTo notStarted
    mRunning = doing
    Application.StatusBar = "Outcomes: " & doing & "..."
    ' 0: no window of its own; True: wait, so that the exit code is known
    told = OutcomeText(CreateObject("WScript.Shell").Run(command, 0, True), doing)
giveBack:
    ' Whatever happened, the next click must work and Excel must have its status bar back
    On Error Resume Next
    mRunning = ""
    Application.StatusBar = False
    If Len(told) > 0 Then Tell told
    Exit Sub
notStarted:
    told = "Python could not be started at " & exe & vbCrLf & Err.Description & vbCrLf & _
           "If it was moved or removed, run xl-outcomes addin install. " & _
           "If this computer does not let Excel start programs, show this to IT."
    Resume giveBack
End Sub

Private Function Quoted(ByVal text As String) As String
    Quoted = """" & text & """"
End Function

Private Function Sentence(ByVal text As String) As String
    Sentence = UCase$(Left$(text, 1)) & Mid$(text, 2)
End Function
